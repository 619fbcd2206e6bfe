import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { API_KEYS_URL, mayCarryKey, SEGMIND_URL, toBaseUrl, toKey } from './connection';

/** n8n's HTTP Request node passes the older request shape, with `uri` and other names for redirects. */
type AnyRequest = Omit<IHttpRequestOptions, 'url'> & {
	url?: string;
	uri?: string;
	followRedirect?: boolean;
	followAllRedirects?: boolean;
};

/** What n8n's HTTP client treats as a whole address. It appends anything else to the base URL. */
const ABSOLUTE = /^([a-z][a-z\d+\-.]*:)?\/\//i;

/** Returns the address that a request will go to. */
function targetOf({ url, uri, baseURL }: AnyRequest): string {
	const target = url ?? uri ?? '';
	return baseURL === undefined || baseURL === '' || ABSOLUTE.test(target)
		? target
		: `${baseURL.replace(/\/+$/, '')}/${target.replace(/^\/+/, '')}`;
}

/** The key of a Segmind account, and where it may be sent. */
export class SegmindApi implements ICredentialType {
	name = 'segmindApi';

	displayName = 'Segmind API';

	icon = {
		light: 'file:../nodes/Segmind/segmind.svg',
		dark: 'file:../nodes/Segmind/segmind.dark.svg',
	} as const;

	documentationUrl = 'https://github.com/n8n-nodes-segmind/n8n-nodes-segmind#credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			placeholder: 'e.g. SG_0123456789abcdef',
			description: 'A key from the API keys page of your Segmind console',
		},
		{
			displayName: `Create a key in <a href="${API_KEYS_URL}" target="_blank">your Segmind console</a>. The API is described in <a href="https://docs.segmind.com" target="_blank">Segmind's documentation</a>.`,
			name: 'keyNotice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			required: true,
			default: SEGMIND_URL,
			description:
				'Where the API answers; it must be https, or http on this machine, without a version such as /v1',
		},
	];

	/**
	 * Adds the key to a request and turns off redirects, since n8n would follow them with every header.
	 *
	 * @throws when there is no key, the base URL is invalid, or the request goes to a host that the key is not for
	 */
	authenticate = async (
		credentials: ICredentialDataDecryptedObject,
		request: AnyRequest,
	): Promise<IHttpRequestOptions> => {
		const key = toKey(credentials.apiKey);
		if (key === '') throw new Error("'API Key' is empty. Enter it in the Segmind credential");
		const baseUrl = toBaseUrl(credentials.baseUrl);
		const target = targetOf(request);
		if (!mayCarryKey(target, baseUrl)) {
			throw new Error(
				`The Segmind key is only sent to ${new URL(baseUrl).host} and to hosts of segmind.com over https. Use another credential for this address`,
			);
		}
		return {
			...request,
			headers: { ...request.headers, 'x-api-key': key },
			disableFollowRedirect: true,
			followRedirect: false,
			followAllRedirects: false,
		} as IHttpRequestOptions;
	};
}
