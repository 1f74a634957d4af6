import js from '@eslint/js';
import lingui from 'eslint-plugin-lingui';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const COLOUR = '/^#[0-9a-fA-F]{3,8}$|\\b(rgb|hsl|oklch|lab)a?\\(/';

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'src/api/schema.d.ts', 'screens/out', 'e2e/media', 'test-results'] },
  js.configs.recommended,
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        ['process', 'console', 'URL', 'Buffer', 'setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['public/**/*.js'],
    languageOptions: {
      sourceType: 'script',
      globals: Object.fromEntries(['document', 'localStorage', 'matchMedia', 'navigator'].map((name) => [name, 'readonly'])),
    },
  },
  { files: ['**/*.{ts,tsx}'], extends: [...tseslint.configs.strict, ...tseslint.configs.stylistic] },
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      'max-lines': ['error', 300],
      eqeqeq: 'error',
      'no-restricted-syntax': [
        'error',
        { selector: `Literal[value=${COLOUR}]`, message: 'Colours are written in app/tokens.css.' },
      ],
    },
  },
  {
    files: ['src/**/*.tsx'],
    ignores: ['src/**/*.test.tsx'],
    plugins: { lingui },
    rules: {
      'lingui/no-unlocalized-strings': [
        'error',
        {
          // Words of the program: ids, tokens, addresses; a text for people has a capital letter
          // at its beginning, a space, or a letter that is not Latin.
          ignore: ['^[^A-Z\\s\\u3000-\\u9fff][^\\s\\u3000-\\u9fff]*$', '^\\s*$', '^[A-Z][A-Za-z0-9]*\\+', '^(Enter|Escape|ArrowDown|ArrowUp|Home|End|Tab|Digit\\d|Key[A-Z]|Slash|GET|POST|PUT|DELETE|AltGraph)$'],
          ignoreNames: [
            'className', 'classNames', 'style', 'styles', 'id', 'key', 'name', 'type', 'role', 'to', 'href', 'src', 'target', 'rel', 'variant', 'size', 'color', 'radius',
            'position', 'd', 'fill', 'stroke', 'transform', 'viewBox', 'autoComplete', 'inputMode', 'justify', 'align', 'gap', 'method', 'path', 'code', 'data-testid',
            'mode', 'placement', 'htmlFor', 'w', 'h', 'p', 'm', 'mt', 'mb', 'transition', 'allow', 'sandbox', 'displayName', 'referrerPolicy',
          ],
          ignoreFunctions: ['t', '*.t', 'cx', 'classes', 'console.*', '*.addEventListener', '*.removeEventListener', '*.querySelector', '*.getElementById', 'Error', 'TypeError', 'useShortcut', 'lazyRouteComponent', 'createRoute'],
        },
      ],
    },
  },
);
