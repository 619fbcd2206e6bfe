import { homedir } from 'node:os';
import { join } from 'node:path';

/** The version that the tests run in; 2.41.3 names a package that was never published. */
export const N8N_VERSION = '2.41.1';

/** Outside the project, so that a clean checkout finds it again. */
export const CACHE =
	process.env.N8N_CACHE ?? join(homedir(), '.cache', 'n8n-nodes-segmind', `n8n-${N8N_VERSION}`);

export const NODE_FOLDER = join(CACHE, 'node24');

const NODE_NAME = `node-${process.platform}-${process.arch}`;

/** n8n wants Node 24; this package is nothing but the program. */
export const NODE_PACKAGE = `${NODE_NAME}@24`;

export const NODE = join(NODE_FOLDER, 'node_modules', NODE_NAME, 'bin', 'node');

export const CHROMIUM = '/usr/bin/chromium';
