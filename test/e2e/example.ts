/* eslint-disable @n8n/community-nodes/no-restricted-imports -- reads the examples from the disk */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import type { AssignmentCollectionValue, IDataObject, INode } from 'n8n-workflow';

import type { Credential } from './n8n';

/** The node of an example whose values the user fills in. */
const SETTINGS = 'Settings';

interface Example {
	readonly nodes: readonly INode[];
}

/**
 * Reads a workflow of examples/, and fills it in as its user would.
 *
 * @param name of its file, without extension
 * @param credentials by type
 * @param settings values of its node Settings, by name
 * @throws when the example has no such setting, or needs a credential that is not given
 */
export async function readExample(
	name: string,
	credentials: Readonly<Record<string, Credential>>,
	settings: IDataObject = {},
): Promise<Example> {
	const text = await readFile(join(process.cwd(), 'examples', `${name}.json`), 'utf8');
	const example = JSON.parse(text) as Example;
	for (const node of example.nodes) {
		for (const type of Object.keys(node.credentials ?? {})) {
			const credential = credentials[type];
			if (credential === undefined) throw new Error(`${name} needs a credential of the type ${type}`);
			node.credentials = { ...node.credentials, [type]: { ...credential } };
		}
	}
	const known = assignmentsOf(example);
	for (const [setting, value] of Object.entries(settings)) {
		const assignment = known.find((candidate) => candidate.name === setting);
		if (assignment === undefined) throw new Error(`${name} has no setting ${setting}`);
		assignment.value = value as typeof assignment.value;
	}
	return example;
}

function assignmentsOf({ nodes }: Example): AssignmentCollectionValue['assignments'] {
	const settings = nodes.find(({ name }) => name === SETTINGS);
	const collection = settings?.parameters.assignments as AssignmentCollectionValue | undefined;
	return collection?.assignments ?? [];
}
