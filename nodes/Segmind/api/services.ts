import { SEGMIND_URL } from '../../../credentials/connection';

/** A service that is not at Segmind's main host. */
export type Service = 'history' | 'upload';

/** Services of Segmind's with hosts of their own. */
const HOSTS: Readonly<Record<Service, string>> = {
	/** The request history and the list of models. */
	history: 'https://api.spotprod.segmind.com',
	upload: 'https://workflows-api.segmind.com',
};

/** Returns where a service is: at its own host, or with any other base URL at that one. */
export const urlOf = (service: Service | undefined, baseUrl: string): string =>
	service === undefined || baseUrl !== SEGMIND_URL ? baseUrl : HOSTS[service];
