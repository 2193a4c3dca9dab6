import { createRequire } from 'node:module';
import { buffer } from 'node:stream/consumers';
import PDFDocument from 'pdfkit';
import { cellsOf, columnNames, type TimelineDocument } from './timeline-document.js';

const font = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');
/** PDF files have dates. A fixed one keeps the bytes the same. */
const date = new Date(0);

/** The timeline as a tagged PDF (PDF/UA-1), which screen readers can read. */
export async function timelinePdf({ title, facts, rows }: TimelineDocument): Promise<Buffer> {
  const pdf = new PDFDocument({
    font,
    pdfVersion: '1.7',
    subset: 'PDF/UA' as 'PDF/A-1', // the types do not know it
    lang: 'en-GB',
    tagged: true,
    displayTitle: true,
    info: { Title: title, Author: 'exam-proctoring', CreationDate: date, ModDate: date },
  });
  const bytes = buffer(pdf);
  const embedded = (pdf.font(font) as any)._font;
  // With a subset, pdfkit writes a CIDSet that lacks glyphs, which PDF/UA forbids.
  embedded.document = new Proxy(pdf, {
    get: (target, name) => (name === 'subset' ? undefined : Reflect.get(target, name, target)),
  });
  const root = pdf.struct('Document');
  pdf.addStructure(root);
  root.add(pdf.struct('H1', {}, () => pdf.fontSize(18).text(title)));
  for (const fact of facts) root.add(pdf.struct('P', {}, () => pdf.fontSize(9).text(fact)));
  pdf.moveDown().fontSize(9);
  (pdf as any).table({
    structParent: root,
    columnStyles: [35, 135, '*', 110],
    data: [columnNames.map((text) => ({ text, type: 'TH', scope: 'Column' })), ...rows.map(cellsOf)],
  });
  root.end();
  pdf.end();
  return bytes;
}
