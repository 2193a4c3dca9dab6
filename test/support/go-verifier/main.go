// Verifies notes and proofs of the Merkle log with the libraries of the Go project and of transparency.dev.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	flog "github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
)

type input struct {
	Vkey      string
	Note      string
	Inclusion []struct {
		Index  uint64
		Leaf   string
		Hashes [][]byte
	}
	Consistency []struct {
		Size   uint64
		Root   []byte
		Hashes [][]byte
	}
}

func main() {
	if err := verify(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("ok")
}

func verify() error {
	var in input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		return err
	}
	verifier, err := note.NewVerifier(in.Vkey)
	if err != nil {
		return err
	}
	head, _, _, err := flog.ParseCheckpoint([]byte(in.Note), verifier.Name(), verifier)
	if err != nil {
		return err
	}
	for _, p := range in.Inclusion {
		leaf := rfc6962.DefaultHasher.HashLeaf([]byte(p.Leaf))
		if err := proof.VerifyInclusion(rfc6962.DefaultHasher, p.Index, head.Size, leaf, p.Hashes, head.Hash); err != nil {
			return fmt.Errorf("inclusion of %d: %w", p.Index, err)
		}
	}
	for _, p := range in.Consistency {
		if err := proof.VerifyConsistency(rfc6962.DefaultHasher, p.Size, head.Size, p.Hashes, p.Root, head.Hash); err != nil {
			return fmt.Errorf("consistency from %d: %w", p.Size, err)
		}
	}
	return nil
}
