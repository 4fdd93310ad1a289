/** The directions of ARCHITECTURE.md, checked. */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    { name: 'core-knows-no-front-end', severity: 'error', from: { path: '^core/' }, to: { path: '^(cli|ircserv)/' } },
    { name: 'front-ends-are-apart', severity: 'error', from: { path: '^cli/' }, to: { path: '^ircserv/' } },
    { name: 'front-ends-are-apart-too', severity: 'error', from: { path: '^ircserv/' }, to: { path: '^cli/' } },
    {
      name: 'only-platform-chooses-adapters',
      severity: 'error',
      from: {
        path: '^(core|cli|ircserv)/',
        pathNot: [
          '^core/platform/',
          '\\.(test|contract)\\.ts$',
          '^core/provisioning/(local/|provisioner\\.local)',
          '^core/accounts/identity',
        ],
      },
      to: {
        path: [
          '\\.(local|kubernetes|embedded|keycloak|stripe|sandbox|disk|s3|system)\\.ts$',
          '^core/provisioning/local/',
          '^core/store/database\\.ts$',
        ],
        pathNot: '^core/provisioning/local/programs\\.ts$',
      },
    },
    {
      name: 'operations-load-without-a-driver',
      severity: 'error',
      from: { path: '^core/catalogue\\.ts$' },
      to: { path: ['node_modules/(pg|@electric-sql|oidc-provider|kysely|hono)/'], reachable: true },
    },
    {
      name: 'the-cli-sees-the-catalogue-alone',
      severity: 'error',
      from: { path: '^cli/', pathNot: '\\.test\\.tsx?$' },
      to: {
        path: '^core/',
        pathNot: ['^core/(catalogue\\.ts|operation/)', '^core/platform/configuration\\.ts$'],
        dependencyTypesNot: ['type-only'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '(^|/)dist/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
}
