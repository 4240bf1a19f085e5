//! Four routes, and what is measured about them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::{rejection::WebSocketUpgradeRejection, WebSocketUpgrade};
use axum::extract::{MatchedPath, Query, Request, State};
use axum::http::{header, HeaderMap, Method, StatusCode, Uri};
use axum::middleware::{from_fn, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::Router;
use serde::Deserialize;

use crate::hub::Hub;
use crate::metrics::{self, ClientKind, Code, Endpoint, HttpAnswer, HttpTarget};
use crate::protocol::MAX_MESSAGE_BYTES;
use crate::session;

/// The game as people see it: one file, nothing loaded from elsewhere.
const PAGE: &str = include_str!("../page/index.html");

/// Everything the page needs is in it, and the one thing it opens is its own WebSocket.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; \
    script-src 'unsafe-inline'; img-src data:; connect-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// All routes of the server.
pub(crate) fn router(hub: Arc<Hub>) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/ws", get(socket))
        .route("/metrics", get(scrape))
        .route("/healthz", get(|| async { "ok\n" }))
        .with_state(hub)
        .layer(from_fn(measure))
}

async fn page() -> impl IntoResponse {
    let headers = [
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, Html(PAGE))
}

#[derive(Deserialize)]
struct SocketQuery {
    client: Option<String>,
}

async fn socket(
    State(hub): State<Arc<Hub>>,
    Query(query): Query<SocketQuery>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    if !hub.knock() {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    }
    let Some(place) = hub.take_place() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let client = match query.client.as_deref() {
        Some("bot") => ClientKind::Bot,
        Some("load") => ClientKind::Load,
        _ => ClientKind::Web,
    };
    upgrade
        .max_frame_size(MAX_MESSAGE_BYTES)
        .max_message_size(MAX_MESSAGE_BYTES)
        .on_upgrade(move |socket| session::serve(socket, hub, client, place))
}

/// The scrape: nunchi speaks plain values, so mounting it is translating them.
async fn scrape(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let timeout = text("x-prometheus-scrape-timeout-seconds")
        .and_then(|seconds| seconds.parse().ok())
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let request = nunchi::http::Request::get()
        .method(method.as_str())
        .query(uri.query())
        .accept(text("accept"))
        .accept_encoding(text("accept-encoding"))
        .timeout(timeout);
    let answer = nunchi::http::respond(nunchi::global(), &request);
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response
        .body(answer.body.into())
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// Counts and times every request, unknown routes included.
async fn measure(request: Request, next: Next) -> Response {
    let method = method_of(request.method());
    let endpoint = endpoint_of(request.extensions().get::<MatchedPath>());
    let target = HttpTarget { method, endpoint };
    let _running = metrics::HTTP_IN_PROGRESS.with(&target).track_in_progress();
    let start = Instant::now();
    let response = next.run(request).await;
    let answer = HttpAnswer { method, code: code_of(response.status()), endpoint };
    metrics::HTTP_REQUESTS.with(&answer).inc();
    metrics::HTTP_DURATION.with(&answer).observe_duration(start.elapsed());
    response
}

fn method_of(method: &Method) -> metrics::Method {
    match *method {
        Method::GET => metrics::Method::Get,
        Method::HEAD => metrics::Method::Head,
        Method::POST => metrics::Method::Post,
        Method::PUT => metrics::Method::Put,
        Method::DELETE => metrics::Method::Delete,
        Method::OPTIONS => metrics::Method::Options,
        _ => metrics::Method::Other,
    }
}

fn endpoint_of(path: Option<&MatchedPath>) -> Endpoint {
    match path.map(MatchedPath::as_str) {
        Some("/") => Endpoint::Page,
        Some("/ws") => Endpoint::Socket,
        Some("/metrics") => Endpoint::Metrics,
        Some("/healthz") => Endpoint::Health,
        _ => Endpoint::Other,
    }
}

fn code_of(status: StatusCode) -> Code {
    match status.as_u16() {
        101 => Code::SwitchingProtocols,
        200 => Code::Ok,
        400 => Code::BadRequest,
        404 => Code::NotFound,
        405 => Code::MethodNotAllowed,
        426 => Code::UpgradeRequired,
        429 => Code::TooManyRequests,
        503 => Code::Unavailable,
        _ => Code::Other,
    }
}
