import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * npm packages with which the exam worker must work. They are not dependencies, because two are AGPL and the front end would
 * install all of React.
 */
const packages = {
  '@edx/frontend-lib-special-exams@4.1.0':
    'sha512-iP0R8nICzA1g+52Zn31+dQUVqch584sdQksA9XfnWJ/PBYzfkoypKWKAL1CGJpivcW+fhd+ToC7EdnFRr3FwGA==',
  '@edx/mockprock@1.0.2':
    'sha512-ti3ixqci3lZmSoW7SIPH9WfE1fRa2AU48gnLPg0EmR3g1hDh6SU7JsivwnoRghsSKDlCd4kFPDivxltYA2/VXQ==',
  '@edx/edx-proctoring@1.7.1':
    'sha512-wzESwn6Him9LizgqtxV8K19w+9RtYP83pkGxlSUpZphvRvo3/kxO23A/X2echswz8Leqa1f4UTkndGVWSJpWsw==',
  '@reduxjs/toolkit@1.9.7':
    'sha512-t7v8ZPxhhKgOKtU+uyJT13lu4vL7az5aFi4IdoDs/eS548edn2M8Ik9h8fxgvMjGoAUVFSt6ZC1P5cWmQ014QQ==',
};

/** Unpacks the packages; npm caches them. Answers their files and a function that removes them. */
export function unpack() {
  const folder = mkdtempSync(join(tmpdir(), 'proctoring-npm-'));
  const options = { cwd: folder, encoding: 'utf8' } as const;
  const packed = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--prefer-offline', ...Object.keys(packages)], options),
  );
  for (const { name, version, filename, integrity } of packed) {
    if (integrity !== packages[`${name}@${version}` as keyof typeof packages])
      throw new Error(`${name} ${version} has another hash than when this was written.`);
    mkdirSync(join(folder, name), { recursive: true });
    execFileSync(
      'tar',
      ['xzf', filename.replace(/^@/, '').replace('/', '-'), '-C', name, '--strip-components=1'],
      options,
    );
  }
  const at = (file: string) => join(folder, file);
  return {
    mockprock: at('@edx/mockprock/static/index.js'),
    handlerWrapper: at('@edx/edx-proctoring/edx_proctoring/static/index.js'),
    specialExams: (file: string) => at(`@edx/frontend-lib-special-exams/dist/${file}`),
    redux: at('@reduxjs/toolkit/dist/redux-toolkit.umd.min.js'),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
