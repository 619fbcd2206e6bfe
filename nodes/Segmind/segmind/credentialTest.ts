import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { toBaseUrl } from '../../../credentials/baseUrl';
import { toKey } from '../../../credentials/key';
import { SegmindApi } from '../../../credentials/SegmindApi.credentials';
import { BALANCE_PATH, BALANCE_TIMEOUT, toBalance } from './account';
import { redactor } from './answer';
import { whyNeverSent } from './noAnswer';
import { Refusal } from './refusal';

const refused = (message: string): INodeCredentialTestResult => ({ status: 'Error', message });

/**
 * Tests the credential with the free call for the balance. A declarative test could not tell the 404 of a valid
 * key without a balance from the 404 of a wrong address.
 */
export async function testSegmindApi(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
): Promise<INodeCredentialTestResult> {
	const data = credential.data ?? {};
	const key = toKey(data.apiKey);
	if (key === '')
		return refused("'API Key' is empty. Paste a key from the API keys page of your Segmind console");
	const redact = redactor(key);
	const { request } = this.helpers;
	try {
		const question = { method: 'GET' as const, url: `${toBaseUrl(data.baseUrl)}${BALANCE_PATH}` };
		const { url: uri, ...options } = await new SegmindApi().authenticate(data, question);
		const response: { statusCode: number; headers: Record<string, unknown>; body?: unknown } = await request({
			...options,
			uri,
			timeout: BALANCE_TIMEOUT * 1000,
			simple: false,
			resolveWithFullResponse: true,
		});
		const body = typeof response.body === 'string' ? response.body : JSON.stringify(response.body ?? '');
		const { totalCredits } = toBalance({ ...response, body: Buffer.from(body) }, redact);
		return { status: 'OK', message: `The key works. Credits left: $${totalCredits.toFixed(2)}` };
	} catch (thrown) {
		return refused(redact(wordsFor(thrown)));
	}
}

/** What to say of a credential that does not work, in whole sentences. */
function wordsFor(thrown: unknown): string {
	if (thrown instanceof Refusal) return `${thrown.message.replace(/[.…]+$/, '')}. ${thrown.advice}`;
	const why = whyNeverSent(thrown);
	if (why !== undefined)
		return `Segmind could not be reached: ${why}. Check 'Base URL' and the network of this n8n`;
	return thrown instanceof Error ? thrown.message : String(thrown);
}
