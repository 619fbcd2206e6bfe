import type { Browser, Locator, Page } from 'playwright-core';
import { chromium, selectors } from 'playwright-core';

import type { N8n } from './n8n';
import { CHROMIUM } from './places';

const CHROMIUM_ARGUMENTS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

/** n8n's editor in a real browser, with its owner signed in. */
export class Editor {
	private constructor(
		private readonly browser: Browser,
		readonly page: Page,
	) {}

	static async open(n8n: N8n): Promise<Editor> {
		selectors.setTestIdAttribute('data-test-id');
		const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS });
		const page = await browser.newPage({ baseURL: n8n.url, viewport: { width: 1400, height: 1000 } });
		page.setDefaultTimeout(20_000);
		const editor = new Editor(browser, page);
		await page.goto('/signin');
		await page.fill('input[name="emailOrLdapLoginId"]', n8n.owner.email);
		await page.fill('input[name="password"]', n8n.owner.password);
		await editor.part('form-submit-button').click();
		await page.waitForURL((url) => !url.pathname.includes('signin'));
		return editor;
	}

	/** A part of the page, by the name that n8n's own tests use. */
	part(id: string): Locator {
		return this.page.getByTestId(id);
	}

	async openNode(workflow: string, name = 'Segmind'): Promise<void> {
		await this.page.goto(`/workflow/${workflow}`);
		await this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`).dblclick();
		await this.part('node-parameters').waitFor();
	}

	/** A page that is closed at once keeps the editor's lock on its workflow for a while. */
	async leave(): Promise<void> {
		await this.page.goto('about:blank');
	}

	async close(): Promise<void> {
		await this.browser.close();
	}
}
