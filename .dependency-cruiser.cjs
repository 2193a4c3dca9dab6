const only = (from, ...allowed) => ({
  name: `${from}-reaches-only-its-neighbours`,
  severity: 'error',
  from: { path: `^libs/${from}/`, pathNot: '\\.spec\\.ts$' },
  to: { path: '^(libs|apps|migrations|test)/', pathNot: `^(libs/)?(${[from, ...allowed].join('|')})/` },
});

module.exports = {
  forbidden: [
    {
      name: 'domain-is-pure',
      comment: 'Rules can be read, tested and replayed without a framework, a database or a clock.',
      severity: 'error',
      from: { path: '^libs/domain/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^libs/domain/' },
    },
    {
      name: 'exam-worker-runs-in-browsers',
      comment: 'Pages load it as it is: there is no package, no Node, and no other part of the service in a browser.',
      severity: 'error',
      from: { path: '^libs/exam-worker/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^libs/exam-worker/' },
    },
    only('connections'),
    only('event-store', 'domain', 'connections'),
    only('platform', 'domain', 'connections'),
    only('providers', 'domain', 'connections'),
    only('configuration', 'domain', 'connections', 'providers', 'migrations'),
    only('read-models', 'domain', 'connections', 'event-store', 'platform'),
    only('commands', 'domain', 'connections', 'event-store', 'read-models', 'platform', 'providers', 'configuration'),
    only(
      'delivery',
      'domain',
      'connections',
      'event-store',
      'read-models',
      'platform',
      'providers',
      'configuration',
      'commands',
    ),
    only('mail', 'domain', 'connections', 'event-store', 'read-models', 'platform', 'configuration'),
    only('integration', 'domain', 'connections', 'event-store', 'read-models', 'platform', 'configuration'),
    {
      name: 'apps-do-not-reach-into-each-other',
      severity: 'error',
      from: { path: '^apps/(api|worker|cli)/' },
      to: { path: '^apps/(api|worker|cli)/', pathNot: '^apps/$1/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    // Without "source" the #libs resolve to dist and the rules pass falsely.
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'require', 'node', 'default'],
    },
  },
};
