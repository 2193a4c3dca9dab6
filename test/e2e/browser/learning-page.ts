// The page of a sequence in the learning front end. At each load it does what the front end does there. A test presses the
// buttons by `store.dispatch(load('thunks')…)`.
declare const load: (name: string) => any;
declare const location: { pathname: string };

const store = load('@reduxjs/toolkit').configureStore({ reducer: { specialExams: load('slice').default } });
const { getExamAttemptsData, checkExamEntry } = load('thunks');
const [, course, content] = /\/course\/([^/]+)\/([^/]+)/.exec(decodeURIComponent(location.pathname))!;

await store.dispatch(getExamAttemptsData(course, content));
await store.dispatch(checkExamEntry());
Object.assign(globalThis, { store });
