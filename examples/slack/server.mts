/**
 * Stands for Slack: takes what is posted to an incoming webhook and shows it as a page.
 *
 *   node examples/slack/server.mts            at http://127.0.0.1:8788, or PORT (0: any that is free)
 *
 * POST answers `ok` as Slack does, or Slack's own words for a body it would refuse. GET shows the messages, newest first;
 * with `Accept: application/json` it gives the list as it came, oldest first. It keeps them in memory and draws of Block
 * Kit what Vigie uses. What a sender did not escape is shown as it stands and never becomes markup.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface TextObject { readonly type?: string; readonly text?: string }
interface Block {
  readonly type?: string
  readonly text?: TextObject
  readonly fields?: readonly TextObject[]
  readonly elements?: readonly (TextObject & { readonly url?: string; readonly elements?: readonly TextObject[] } | Button)[]
}
interface Button { readonly type: 'button'; readonly text?: TextObject; readonly url?: string; readonly style?: string }
interface Message { readonly text?: string; readonly blocks?: readonly Block[] }
interface Received { readonly receivedAt: string; readonly message: Message }

/** A webhook's body may not be larger. */
const BODY_BYTES_MAX = 1024 * 1024

const received: Received[] = []

const server = createServer((request, response) => {
  handle(request, response).catch((error: unknown) => answer(response, 500, 'text/plain', String(error)))
})

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'POST') {
    const refusal = accept(await body(request))
    return refusal ? answer(response, 400, 'text/plain', refusal) : answer(response, 200, 'text/plain', 'ok')
  }
  if (request.method !== 'GET') return answer(response, 405, 'text/plain', 'GET or POST')
  if (request.headers.accept?.includes('application/json')) {
    return answer(response, 200, 'application/json', JSON.stringify(received.map(({ message }) => message), null, 2))
  }
  return answer(response, 200, 'text/html', page())
}

/** Keeps the message, or says in Slack's words why not. */
function accept(text: string): string | null {
  let message: Message
  try {
    message = JSON.parse(text) as Message
  } catch {
    return 'invalid_payload'
  }
  if (typeof message !== 'object' || message === null) return 'invalid_payload'
  if (!message.text && !message.blocks?.length) return 'no_text'
  received.push({ receivedAt: new Date().toISOString(), message })
  return null
}

async function body(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > BODY_BYTES_MAX) throw new Error('the message is larger than 1 MiB')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function answer(response: ServerResponse, status: number, type: string, text: string): void {
  // No script may run on this page, whatever a message brings.
  const policy = "default-src 'none'; style-src 'unsafe-inline'"
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': policy })
  response.end(text)
}

function page(): string {
  const messages = received.toReversed().map(drawMessage).join('\n')
  const empty = '<p class="empty">Aucun message. Cassez le formulaire de la boutique, laissez passer 30 visiteurs.</p>'
  return `<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="3"><title>(${received.length}) Slack, pour de faux</title><style>${STYLE}</style></head>
<body><h1># alertes <small>${received.length} ${received.length > 1 ? 'messages' : 'message'}</small></h1>
${messages || empty}</body></html>`
}

function drawMessage({ receivedAt, message }: Received): string {
  const drawn = message.blocks?.length ? message.blocks.map(drawBlock).join('\n') : drawText({ type: 'mrkdwn', text: message.text ?? '' })
  const time = receivedAt.slice(11, 19)
  return `<article><p class="sender"><b>Vigie</b> <time datetime="${receivedAt}">${time} UTC</time></p>${drawn}</article>`
}

function drawBlock(block: Block): string {
  switch (block.type) {
    case 'header':
      return `<h2>${drawText(block.text)}</h2>`
    case 'section': {
      const fields = block.fields?.map((field) => `<li>${drawText(field)}</li>`).join('') ?? ''
      return (block.text ? `<p>${drawText(block.text)}</p>` : '') + (fields && `<ul>${fields}</ul>`)
    }
    case 'context':
      return `<p class="context">${(block.elements ?? []).map((element) => drawText(element as TextObject)).join(' · ')}</p>`
    case 'actions':
      return `<p>${(block.elements ?? []).map((element) => drawButton(element as Button)).join(' ')}</p>`
    case 'divider':
      return '<hr>'
    default:
      return `<pre>${escape(JSON.stringify(block, null, 2))}</pre>`
  }
}

function drawButton(button: Button): string {
  const label = drawText(button.text)
  const href = safeAddress(button.url)
  return href ? `<a class="button" href="${href}">${label}</a>` : `<span class="button">${label}</span>`
}

/** Slack's `mrkdwn` where the text says it is, plain otherwise. */
function drawText(object: TextObject | undefined): string {
  const text = object?.text ?? ''
  if (object?.type !== 'mrkdwn') return escape(unescape(text)).replaceAll('\n', '<br>')
  // A sender's own `<…|…>` is Slack's way to write a link; all the rest is words.
  return text.split(/(<[^<>]*>)/).map((part, index) => (index % 2 === 1 ? drawLink(part) : drawWords(part))).join('')
}

function drawLink(token: string): string {
  const [address = '', label = address] = token.slice(1, -1).split('|')
  const href = safeAddress(address)
  return href ? `<a href="${href}">${escape(unescape(label))}</a>` : escape(token)
}

function drawWords(words: string): string {
  return escape(unescape(words))
    .replace(/`([^`\n]+)`/g, '<code>$1</code>')
    .replace(/(?<![\w*])\*([^*\n]+)\*(?![\w*])/g, '<b>$1</b>')
    .replace(/(?<![\w_])_([^_\n]+)_(?![\w_])/g, '<i>$1</i>')
    .replace(/(?<![\w~])~([^~\n]+)~(?![\w~])/g, '<s>$1</s>')
    .replaceAll('\n', '<br>')
}

function safeAddress(address: string | undefined): string | null {
  return address && /^https?:\/\//.test(address) ? escape(address) : null
}

/** The three characters that Slack wants written as entities. */
function unescape(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')
}

const STYLE = `
  body { font: 15px/1.5 system-ui, sans-serif; color: #1d1c1d; max-width: 46rem; margin: 0 auto; padding: 1.5rem; }
  h1 { font-size: 1.1rem; border-bottom: 1px solid #ddd; padding-bottom: .75rem; } small, time, .context, .empty { color: #616061; font-weight: 400; }
  article { padding: .75rem 0 .75rem 1rem; border-left: 4px solid #0f4c5c; margin: 1rem 0; } h2 { font-size: 1.05rem; margin: .25rem 0; }
  p { margin: .35rem 0; } .context { font-size: .85rem; } ul { display: grid; grid-template-columns: 1fr 1fr; gap: .35rem 1rem; list-style: none; padding: 0; margin: .35rem 0; }
  code { background: #f4f4f4; border: 1px solid #ddd; border-radius: 3px; padding: 0 .25rem; color: #c01343; } hr { border: 0; border-top: 1px solid #ddd; }
  .button { display: inline-block; border: 1px solid #bbb; border-radius: 4px; padding: .25rem .75rem; font-weight: 600; color: inherit; text-decoration: none; }`

const port = Number(process.env['PORT'] ?? 8788)
server.on('error', (error: NodeJS.ErrnoException) => {
  console.error(error.code === 'EADDRINUSE' ? `port ${port} is taken: choose another with PORT` : error.message)
  process.exit(1)
})
server.listen(port, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
