import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { API_KEYS_URL, toBaseUrl, toKey } from '../../../credentials/connection';
import { SegmindApi } from '../../../credentials/SegmindApi.credentials';
import type { SegmindClient } from './client';
import { whyNotConnected } from './connectionErrors';
import { SegmindError } from './errors';
import { toFreeCallError } from './freeCall';
import { jsonBody, readNumber } from './json';
import type { ApiResponse } from './response';
import { isSuccess } from './response';
import { responseError } from './responseErrors';
import { CHECK_URL } from './responseRows';
import type { Redact } from './text';
import { errorText, redactor } from './text';

/** What is left in an account, in US dollars. */
interface Balance {
	readonly credits: number;
	/** Null when Segmind did not say. */
	readonly freeCredits: number | null;
	readonly totalCredits: number;
}

/** The free call that returns the balance. It also tests the credential. */
const BALANCE_PATH = '/v1/get-user-credits';

/** Seconds; the call does no work, so it answers at once. */
const BALANCE_TIMEOUT = 30;

/** A valid key whose account has no balance record gets a 404 that says so. */
const NO_RECORD: Balance = { credits: 0, freeCredits: 0, totalCredits: 0 };
const hasNoRecord = ({ statusCode, body }: ApiResponse): boolean =>
	statusCode === 404 && /no credits found/i.test(body.toString('utf8'));

/**
 * Reads the response to {@link BALANCE_PATH}.
 *
 * @throws {SegmindError} when it has no balance
 */
function toBalance(response: ApiResponse, redact: Redact): Balance {
	if (hasNoRecord(response)) return NO_RECORD;
	if (!isSuccess(response.statusCode)) throw toFreeCallError(responseError(response, redact));
	const fields = jsonBody(response.body);
	const credits = readNumber(fields.credits);
	if (credits === null) {
		const text = errorText(response.body, redact);
		const { statusCode } = response;
		throw new SegmindError('endpoint', `The response is not a balance: ${text}`, CHECK_URL, { statusCode });
	}
	const freeCredits = readNumber(fields['free-credits']);
	// A millionth of a dollar is finer than any price, and keeps 0.1 + 0.2 from showing.
	return { credits, freeCredits, totalCredits: Number((credits + (freeCredits ?? 0)).toFixed(6)) };
}

/**
 * Requests the balance, which is free.
 *
 * @throws {SegmindError} when Segmind does not return it
 */
export async function requestBalance(client: SegmindClient): Promise<Balance> {
	const request = { method: 'GET', path: BALANCE_PATH, timeout: BALANCE_TIMEOUT } as const;
	const response = await client.send(request).catch((error: unknown) => {
		throw toFreeCallError(error);
	});
	return toBalance(response, client.redact);
}

const failed = (message: string): INodeCredentialTestResult => ({ status: 'Error', message });

/**
 * Tests the credential with the free call for the balance. A declarative test could not tell the 404 of a valid key
 * without a balance from the 404 of a wrong address.
 */
export async function testSegmindApi(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
): Promise<INodeCredentialTestResult> {
	const data = credential.data ?? {};
	const key = toKey(data.apiKey);
	if (key === '')
		return failed(
			`'API Key' is empty. Paste a key from the API keys page of your Segmind console, ${API_KEYS_URL}`,
		);
	const redact = redactor(key);
	const { request } = this.helpers;
	try {
		const balanceRequest = { method: 'GET' as const, url: `${toBaseUrl(data.baseUrl)}${BALANCE_PATH}` };
		const { url: uri, ...options } = await new SegmindApi().authenticate(data, balanceRequest);
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
	} catch (error) {
		return failed(redact(explain(error, data.baseUrl)));
	}
}

/** Says in whole sentences why a credential does not work. */
function explain(error: unknown, baseUrl: unknown): string {
	if (error instanceof SegmindError) return `${error.message.replace(/[.…]+$/, '')}. ${error.description}`;
	const url = String(baseUrl);
	const explanation = URL.canParse(url) ? whyNotConnected(error, url) : undefined;
	if (explanation !== undefined) {
		const { why, advice = "Check 'Base URL' and the network of this n8n" } = explanation;
		return `Segmind could not be reached: ${why}. ${advice}`;
	}
	return error instanceof Error ? error.message : String(error);
}
