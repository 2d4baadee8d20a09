import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/**
 * The import arrows of docs/architecture.md. Each row: a folder and everything it may import from the
 * project. Whatever is not listed is forbidden, so a new folder has to be placed deliberately.
 */
const arrows = {
	'src/lib/contract': [],
	'src/lib/direction': ['src/lib/contract'],
	'src/lib/bridge': ['src/lib/contract', 'workers/portrait.worker.ts', 'workers/pack.worker.ts'],
	'src/lib/storage': ['src/lib/contract'],
	'src/lib/finish': ['src/lib/contract'],
	'src/lib/offline': [],
	'src/lib/share': ['src/lib/contract', 'src/lib/direction'],
	'src/lib/state': [
		'src/lib/contract',
		'src/lib/direction',
		'src/lib/bridge',
		'src/lib/storage',
		'src/lib/finish',
		'src/lib/share',
		'src/lib/offline'
	],
	'src/lib/components': ['src/lib/contract', 'src/lib/direction'],
	'workers/engine': ['src/lib/contract'],
	'workers/runtime': ['src/lib/contract'],
	'workers/stages': ['src/lib/contract', 'workers/engine', 'workers/runtime'],
	'workers/assembly': [
		'src/lib/contract',
		'workers/runtime/floats.ts',
		'workers/runtime/sha256.ts',
		'workers/runtime/pack-verify.ts'
	],
	'workers/packs': ['src/lib/contract', 'workers/assembly', 'workers/runtime']
};

const zones = Object.entries(arrows).map(([folder, allowed]) => ({
	target: `./${folder}`,
	from: ['./src', './workers', './tests', './scripts'],
	except: [folder, ...allowed].map((path) => `./${path}`),
	message: `${folder} may only import ${allowed.join(', ') || 'itself'} (docs/architecture.md).`
}));
// `except` is relative to `from` in import-x: expand one zone per root.
const rooted = zones.flatMap(({ target, from, except, message }) =>
	from.map((root) => ({
		target,
		from: root,
		except: except
			.filter((path) => path.startsWith(`${root}/`))
			.map((path) => `./${path.slice(root.length + 1)}`),
		message
	}))
);

export default ts.config(
	{
		ignores: [
			'node_modules/',
			'.svelte-kit/',
			'build/',
			'test-results/',
			'out/',
			'models/',
			'static/',
			'.venv/',
			'.cache/',
			'tests/fixtures/'
		]
	},
	js.configs.recommended,
	...ts.configs.strict,
	...svelte.configs.recommended,
	{
		languageOptions: {
			globals: { ...globals.browser, ...globals.node },
			parserOptions: { extraFileExtensions: ['.svelte'] }
		}
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } }
	},
	{
		plugins: { 'import-x': importX },
		settings: {
			'import-x/resolver-next': [
				createTypeScriptImportResolver({ project: ['tsconfig.json', 'workers/tsconfig.json'] })
			]
		},
		rules: {
			'import-x/no-restricted-paths': ['error', { zones: rooted }],
			'no-undef': 'off',
			'@typescript-eslint/no-explicit-any': 'error',
			'@typescript-eslint/no-non-null-assertion': 'off'
		}
	},
	{
		files: ['src/lib/**', 'workers/**', 'src/routes/**'],
		rules: {
			'no-restricted-syntax': [
				'error',
				{
					selector: 'Program > VariableDeclaration[kind="let"]',
					message: 'No module-level mutable state.'
				},
				{
					selector: 'Program > ExportNamedDeclaration > VariableDeclaration[kind="let"]',
					message: 'No module-level mutable state.'
				}
			]
		}
	},
	{
		// Readers, transforms and quantisers are pure: what they are given is all they know.
		files: ['workers/assembly/**'],
		ignores: ['workers/assembly/source/**', 'workers/assembly/sink/**'],
		rules: {
			'no-restricted-globals': [
				'error',
				...['fetch', 'navigator', 'document', 'window', 'self', 'postMessage', 'setTimeout']
			],
			'no-restricted-imports': ['error', { patterns: ['@huggingface/*', 'node:*'] }]
		}
	},
	{ files: ['**/*.svelte'], rules: { 'no-restricted-syntax': 'off' } }
);
