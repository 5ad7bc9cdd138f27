import tseslint from 'typescript-eslint';

/** Correctness and size; prettier owns the layout, dependency-cruiser the arrows. */
export default tseslint.config(
  {
    ignores: [
      'dist',
      'node_modules',
      'web',
      'packages/*/dist',
      '**/generated/**',
      '.cairn',
      '.artifacts',
      'coverage',
    ],
  },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 8],
      eqeqeq: 'error',
      'no-eval': 'error',
      'no-new-func': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: 'Only src/main.ts, the CLI and tests read the environment.',
        },
      ],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: [
      'src/main.ts',
      'src/production.ts',
      'src/migrate.ts',
      'src/orchestrator/execution/kubernetes/stager/main.ts',
      'cli/**',
      'test/**',
      '**/*.spec.ts',
      '**/*.service-spec.ts',
      '**/*.long-spec.ts',
      'bench/**',
      'scripts/**',
      'examples/**',
      'packages/**',
    ],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/*.spec.ts', 'test/**'],
    rules: { '@typescript-eslint/no-explicit-any': 'off', 'max-lines': 'off' },
  },
  {
    files: ['packages/**'],
    languageOptions: { parserOptions: { projectService: false } },
    ...tseslint.configs.disableTypeChecked,
  },
);
