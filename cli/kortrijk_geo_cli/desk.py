"""kortrijk-geo desk: the web desk of grant officers, and what keeps its ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kortrijk_geo_cli import desk_ledger, desk_users
from kortrijk_geo_cli.commands import Commands
from kortrijk_geo_cli.common import writable
from kortrijk_geo_cli.desk_data import DESK_DATA, DataOption, remember_folder
from kortrijk_geo_cli.desk_verify import verify

if TYPE_CHECKING:
    from kortrijk_geo.desk.settings import Settings

_MOST_CONNECTIONS = 200  # more are answered 503 at once, so that slow ones cannot fill the memory

app = Commands(
    help="The web desk for grant officers; on its own it starts, with a further word it keeps the ledger.",
    pretty_exceptions_enable=False,
)
app.command("backup")(desk_ledger.backup)
app.command("restore")(desk_ledger.restore)
app.command("forget")(desk_ledger.forget)
app.command("head")(desk_ledger.head)
app.command("verify")(verify)
app.add_typer(desk_users.app, name="user")


@app.callback(invoke_without_command=True)
def desk(
    context: typer.Context,
    pack: Annotated[
        Path | None, typer.Option("--pack", help="Folder of the city pack; without it the synthetic demo city.")
    ] = None,
    data: DataOption = DESK_DATA,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8765,
    allow: Annotated[
        list[str] | None,
        typer.Option("--allow-host", help="Name by which a reverse proxy asks for the desk (may be given more often)."),
    ] = None,
    trust: Annotated[
        list[str] | None,
        typer.Option(
            "--trust-proxy",
            help="Address of a reverse proxy whose X-Forwarded-For and -Proto are believed (may be given more often).",
        ),
    ] = None,
) -> None:
    """Start the web desk, until Ctrl-C."""
    remember_folder(context, data)
    if context.invoked_subcommand is None:
        from kortrijk_geo.desk.settings import Settings, read_desk_rules

        writable(data)
        hosts, proxies = tuple(allow or ()), tuple(trust or ())
        _serve(Settings(pack, data, host, port, hosts, rules=read_desk_rules(data), proxies=proxies))


def _serve(settings: Settings) -> None:
    try:
        import uvicorn

        from kortrijk_geo.desk.web.app import create_app
        from kortrijk_geo.desk.web.connections import PromptProtocol
    except ModuleNotFoundError as error:
        if error.name not in {"argon2", "fastapi", "python_multipart", "starlette", "uvicorn"}:
            raise
        from kortrijk_geo.errors import KortrijkGeoError

        raise KortrijkGeoError(
            f"the desk needs {error.name}, which is not installed: pip install 'kortrijk-geo[desk]'"
        ) from error
    app = create_app(settings)
    typer.echo(f"The desk is at http://{settings.host}:{settings.port}/ (Ctrl-C stops it).", err=True)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        server_header=False,
        proxy_headers=False,  # uvicorn would believe whoever is on this machine; the desk itself believes who is named
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=10,
        ws="none",
        http=PromptProtocol,
    )
