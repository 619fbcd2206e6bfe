import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	IRequestOptionsSimplified,
} from 'n8n-workflow';
import { ICredentialsHelper } from 'n8n-workflow';

/** The part of n8n's own helper that a request goes through: the credential, decrypted, authenticates it. */
export class Credentials extends ICredentialsHelper {
	constructor(
		private readonly type: ICredentialType,
		private readonly data: ICredentialDataDecryptedObject,
	) {
		super();
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		_type: string,
		request: IHttpRequestOptions | IRequestOptionsSimplified,
	): Promise<IHttpRequestOptions> {
		const { authenticate } = this.type;
		// HTTP Request hands over the older shape of a request, which the credential knows as well.
		const asked = request as IHttpRequestOptions;
		return typeof authenticate === 'function'
			? await authenticate.call(this.type, credentials, asked)
			: asked;
	}

	async getDecrypted(): Promise<ICredentialDataDecryptedObject> {
		return { ...this.data };
	}

	getParentTypes = (): string[] => [];

	isCredentialUsableByNode = (): boolean => true;

	getCredentialsProperties = () => this.type.properties;

	preAuthentication = async (): Promise<undefined> => undefined;

	runPreAuthentication = async (): Promise<undefined> => undefined;

	getCredentials = async (): Promise<never> => await Promise.reject(new Error('not part of a run'));

	updateCredentials = async (): Promise<void> => undefined;

	updateCredentialsOauthTokenData = async (): Promise<void> => undefined;
}
