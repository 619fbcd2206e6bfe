import { code, toTable } from '../../docs/markdown';
import type { Result } from './result';
import type { Group, Row, Setting, Trial } from './trial';
import { GROUPS, SETTINGS } from './trial';
import { MEANINGS } from './meanings';

const TITLES: Readonly<Record<Group, string>> = {
	status: 'Statuses, in every form of body',
	network: 'The connection and the protocol',
	content: 'What comes in place of an image',
	time: 'Time',
	money: 'Money, with a minimum that must stay in the account',
	key: 'The key, said aloud by the server',
};

const ON_ERROR: Readonly<Record<Setting['onError'], string>> = {
	stopWorkflow: 'Stop',
	continueRegularOutput: 'Continue',
	continueErrorOutput: 'Error output',
};

const nameOf = ({ onError, retryOnFail }: Setting): string =>
	`${ON_ERROR[onError]}${retryOnFail ? ', retried' : ''}`;

const sum = (results: readonly Result[], count: (result: Result) => number): number =>
	results.reduce((total, result) => total + count(result), 0);

/** One line that says how a run of the matrix went. */
export function summaryOf(rows: readonly Row[], results: readonly Result[]): string {
	const held = results.filter(({ wrong }) => wrong.length === 0).length;
	const faults = new Set(rows.map(({ trial }) => trial)).size;
	const requests = sum(results, (result) => result.requests);
	const paid = sum(results, (result) => result.paid);
	const delivered = sum(results, (result) => result.delivered);
	const kept = sum(results, (result) => result.kept);
	return `${faults} faults, ${results.length} rows, ${held} as they must be: ${requests} requests, ${paid} images paid, ${delivered} delivered, ${kept} kept for the next try, ${sum(results, (result) => result.inDoubt)} refusals that say the image may be billed.`;
}

const cellOf = (result: Result | undefined): string =>
	result === undefined
		? ''
		: `${result.wrong.length === 0 ? '✓' : '✗'} ${result.requests}/${result.paid}/${result.delivered}${result.kept === 0 ? '' : `+${result.kept}`}`;

function linesOf(rows: readonly Row[], results: readonly Result[], trial: Trial): string[] {
	const { cause } = trial.expected;
	const { billed, retryable } = cause === 'none' ? { billed: 'yes', retryable: false } : MEANINGS[cause];
	const cells = SETTINGS.map((setting) =>
		cellOf(results[rows.findIndex((row) => row.trial === trial && row.setting === setting)]),
	);
	return [cause === 'none' ? 'the image' : code(cause), billed, retryable ? 'yes' : 'no', ...cells];
}

/** One line for each fault; one for all its forms where the same came of each. */
function tableOf(rows: readonly Row[], results: readonly Result[], group: Group): string {
	const trials = [...new Set(rows.map(({ trial }) => trial))].filter((trial) => trial.group === group);
	const lines = new Map<string, { readonly line: readonly string[]; readonly forms: string[] }>();
	for (const trial of trials) {
		const line = [trial.name, ...linesOf(rows, results, trial)];
		const known = lines.get(line.join()) ?? { line, forms: [] };
		lines.set(line.join(), known);
		if (trial.form !== undefined) known.forms.push(trial.form);
	}
	return toTable(
		['Fault', 'Forms', 'What comes of it', 'Billed', 'Retryable', ...SETTINGS.map(nameOf)],
		[...lines.values()].map(({ line: [name = '', ...rest], forms }) => [
			name,
			String(Math.max(1, forms.length)),
			...rest,
		]),
	);
}

const INTRODUCTION = `# Reliability

What the node makes of each fault, under each setting of n8n. This page is written by \`npm run reliability\`, which takes a
few minutes; \`npm run reliability -- --quick\` runs each fault under one setting, and writes nothing.
\`-- --only TEXT\` runs the rows whose name has the text, and \`-- --json\` prints every row.

Every row is a run of the built node in n8n's own engine, with three items, against a server on this machine that
misbehaves with one of them, or with all where the fault is in the connection or the balance. The items go out one after the
other and the second one meets the fault; under Retry On Fail (two tries) they go out side by side and the first one meets
it. _Max Retries_ is 1. What must come of a row is played through beforehand from the promise alone: what was paid is
delivered or kept and never asked for again, what may have been billed is not sent again, what concerns all is not sent on.

_Forms_ counts the forms of body in which the same words came, each a fault of its own: {error}, {message}, {detail}, a list
of details, {error: {message}}, {error, error_description}, HTML and plain text.

A cell reads _requests/paid/delivered_, as the server and the output have it; _+2_ are images that a stopped run keeps for
its next try. ✓ stands for all of these:

- requests, paid and delivered are as they must be, each item comes out once and in its place, with its own file;
- cause, billed, retryable and status are as they must be, or, where the run stops, the status and the words about billing;
- the message is one line, and the advice names a next step and says whether anything was billed;
- the key is in no output, hint, log, thrown error or stored execution, whole or in part, and reached no other host;
- nothing was thrown that nobody caught, and no connection, look-up or timer is left on either side.
`;

/** The page about reliability: the matrix, and the totals. */
export function reportOf(rows: readonly Row[], results: readonly Result[]): string {
	const parts = GROUPS.map((group) => `## ${TITLES[group]}\n\n${tableOf(rows, results, group)}\n`);
	return `${INTRODUCTION}\n${summaryOf(rows, results)}\n\n${parts.join('\n')}`;
}
