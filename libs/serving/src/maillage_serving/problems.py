"""How every error is answered: application/problem+json (RFC 9457) that says what to do."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from maillage_common.failures import is_transient
from maillage_contracts.refusals import Invalid, NotFound, Refused, Stale
from maillage_contracts.vocabulary.words import NO_CONTROL
from maillage_serving.auth import Forbidden, KeysAway, Unauthenticated

RETRY_AFTER_S = 2
UNREADABLE = "the body cannot be read: send JSON in UTF-8, less deeply nested"

log = structlog.get_logger()


def problem(
    status: HTTPStatus, detail: str, *, headers: Mapping[str, str] | None = None, **more: object
) -> JSONResponse:
    """A problem document; `more` are further members of it."""
    return JSONResponse(
        {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail, **more},
        status_code=status,
        headers=dict(headers or {}),
        media_type="application/problem+json",
    )


def answer_problems(app: FastAPI) -> None:
    """Make the application answer each error it knows as a problem."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(Unauthenticated, _unauthenticated)
    app.add_exception_handler(Forbidden, lambda _, e: problem(HTTPStatus.FORBIDDEN, str(e)))
    app.add_exception_handler(KeysAway, lambda _, e: _later(str(e)))
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _http)


def _refused(_: Request, error: Exception) -> JSONResponse:
    if isinstance(error, NotFound):
        return problem(HTTPStatus.NOT_FOUND, str(error))
    if isinstance(error, Stale):
        tag = {"ETag": f'"{error.found}"'}
        return problem(HTTPStatus.PRECONDITION_FAILED, str(error), headers=tag, version=error.found)
    if isinstance(error, Invalid):
        fault = {"field": error.field, "message": str(error)}
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{error.field}: {error}", errors=[fault])
    return problem(HTTPStatus.CONFLICT, str(error))


def _unauthenticated(_: Request, error: Exception) -> JSONResponse:
    challenge = {"WWW-Authenticate": 'Bearer realm="maillage", error="invalid_token"'}
    return problem(HTTPStatus.UNAUTHORIZED, str(error), headers=challenge)


def _not_valid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 registered for this alone
    faults = [_fault(fault["loc"], fault["msg"], fault["type"]) for fault in error.errors()]
    detail = "; ".join(f"{fault['field']}: {fault['message']}" for fault in faults[:3])
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=faults)


def _fault(loc: Sequence[int | str], message: str, kind: str) -> dict[str, str]:
    """One fault of a request, as the path of the field and what to do about it."""
    place, *path = loc
    field = ".".join(str(part) for part in path) or str(place)
    if kind == "extra_forbidden":
        message = "this field is not known here: remove it or correct its name"
    elif kind == "missing":
        message = "this field is required: add it"
    elif NO_CONTROL in message:
        message = "write it in one line"
    elif kind == "json_invalid":
        field, message = "body", "the body is not JSON: correct it"
    elif kind == "value_error":
        message = message.removeprefix("Value error, ")
    elif not path and place == "body":
        message = "send a JSON object, with Content-Type: application/json"
    return {"field": field, "message": message}


def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 registered for this alone
    if error.status_code == HTTPStatus.BAD_REQUEST:  # FastAPI, of whatever it cannot take apart
        return _refused(_, Invalid("body", UNREADABLE))
    return problem(HTTPStatus(error.status_code), str(error.detail), headers=error.headers)


def unexpected(error: Exception) -> JSONResponse:
    """The answer to an error that no handler knows."""
    if is_transient(error):
        log.warning("request_failed_for_now", error=type(error).__name__)
        return _later("the service cannot reach what it needs: try again shortly")
    log.error("request_failed", exc_info=error)
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "this should not have happened: tell the operators the X-Correlation-Id of this answer",
    )


def _later(detail: str) -> JSONResponse:
    retry = {"Retry-After": str(RETRY_AFTER_S)}
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers=retry)
