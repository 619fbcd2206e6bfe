import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes, NodeError } from 'n8n-workflow';

import { testSegmindApi } from './api/account';
import { SegmindError } from './api/errors';
import { getModelInputs } from './catalog/inputFields';
import { searchModels } from './catalog/searchModels';
import { readParameters } from './jobs/parameters';
import { SEARCH_HINT } from './operations/builderHints';
import type { Operation } from './operations/operation';
import { findOperation, properties } from './operations/operations';
import { toNodeError, toOutput } from './output/output';

/** The Segmind node. */
export class Segmind implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Segmind',
		name: 'segmind',
		icon: { light: 'file:segmind.svg', dark: 'file:segmind.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Make images from text with Flux 1.1 Pro and other models on Segmind',
		defaults: { name: 'Segmind' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		builderHint: { searchHint: SEARCH_HINT },
		credentials: [{ name: 'segmindApi', required: true, testedBy: 'testSegmindApi' }],
		properties,
	};

	methods = {
		credentialTest: { testSegmindApi },
		listSearch: { searchModels },
		resourceMapping: { getModelInputs },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const operation = operationOf(this);
		if (!(operation instanceof SegmindError)) {
			const items = await operation.execute(this).catch((error: unknown) => {
				throw error instanceof NodeError ? error : toNodeError(this.getNode(), SegmindError.from(error), 0);
			});
			return [items];
		}
		const failures = this.getInputData().map((_, itemIndex) => ({ itemIndex, error: operation }));
		return [toOutput(this, failures)];
	}
}

function operationOf(context: IExecuteFunctions): Operation | SegmindError {
	try {
		const { resource, operation } = readParameters(context, ['resource', 'operation'], 0);
		return findOperation(resource, operation);
	} catch (error) {
		return SegmindError.from(error);
	}
}
