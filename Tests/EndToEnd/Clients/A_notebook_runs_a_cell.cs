using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Browser;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Clients;

/// <summary>Jupyter in a browser: forms, cookies, its XSRF check, and a WebSocket whose Origin it compares with Host.</summary>
public sealed class A_notebook_runs_a_cell : EndToEndTest
{
    private const string SendForm = """
        (async () => {
            const form = document.querySelector('form');
            const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
            return `${answer.status} ${new URL(answer.url).pathname}`;
        })()
        """;

    /// <summary>Speaks Jupyter's messaging protocol as its notebook page does.</summary>
    private const string RunCell = """
        (async () => {
            const xsrf = document.cookie.match(/_xsrf=([^;]+)/)?.[1] ?? '';
            const started = await fetch('/api/kernels', { method: 'POST', headers: { 'X-XSRFToken': xsrf }, body: '{}' });
            if (started.status !== 201) return `kernel: ${started.status} ${await started.text()}`;
            const kernel = await started.json();
            const session = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
            const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/api/kernels/${kernel.id}/channels?session_id=${session}`);
            const said = await new Promise((done, fail) => {
                let text = '';
                socket.onerror = () => fail(new Error('the WebSocket was refused'));
                socket.onclose = event => fail(new Error(`closed: ${event.code} ${event.reason}`));
                socket.onopen = () => socket.send(JSON.stringify({
                    channel: 'shell', parent_header: {}, metadata: {}, buffers: [],
                    header: { msg_id: 'cell', msg_type: 'execute_request', session, username: 'anna', version: '5.3', date: new Date().toISOString() },
                    content: { code: 'for i in range(3): print("line", i)\n6 * 7', silent: false, store_history: true, user_expressions: {}, allow_stdin: false },
                }));
                socket.onmessage = event => {
                    const message = JSON.parse(event.data);
                    if (message.parent_header.msg_id !== 'cell') return;
                    if (message.msg_type === 'stream') text += message.content.text;
                    if (message.msg_type === 'execute_result') text += message.content.data['text/plain'];
                    if (message.msg_type === 'error') fail(new Error(message.content.evalue));
                    if (message.msg_type === 'status' && message.content.execution_state === 'idle') done(text);
                };
            });
            socket.onclose = null;
            socket.close();
            await fetch(`/api/kernels/${kernel.id}`, { method: 'DELETE', headers: { 'X-XSRFToken': xsrf } });
            return said;
        })()
        """;

    [Test, CancelAfter(90_000)]
    public async Task After_logging_in(CancellationToken cancellation)
    {
        var jupyter = Use(await JupyterServer.StartAsync(cancellation));
        var proxy = await StartAsync(
            o =>
            {
                o.Publishing["isTranslateHostHeaderEnabled"] = false;
                o.Publish("app", jupyter.Url);
            },
            cancellation);
        await using var browser = await Chromium.StartAsync(cancellation);
        var page = await browser.OpenAsync(cancellation);
        await page.GoAsync(new Uri(proxy.UrlOf("app"), "login?next=%2F"), cancellation);

        await page.EvaluateAsync($"document.querySelector('input[name=password]').value = '{JupyterServer.Token}'", cancellation);
        // Sent by script: the answer to a submitted form would take the page away while we wait in it.
        (await page.EvaluateAsync(SendForm, cancellation)).Should().Be("200 /");
        await page.GoAsync(proxy.UrlOf("app"), cancellation);

        (await page.EvaluateAsync(RunCell, cancellation)).Should().Be("line 0\nline 1\nline 2\n42");
    }
}
