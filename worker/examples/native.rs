//! Serves the Worker's HTTP contract without workerd, for development of the Worker: what `worker/js/service.js` does, in
//! Rust. Nothing of it is shipped.
//!
//! ```sh
//! cargo run -p onnxlet-worker --example native -- [PORT] [MODEL.onnx [CARD.json]]
//! ```
//!
//! Listens on 127.0.0.1, port 8787 unless given; the model is digits unless given. The variables of `wrangler.toml` are
//! read from the environment.

use std::io::{Cursor, Read};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::{fs, thread};

use bytes::Bytes;
use onnxlet::{Model, slot};
use onnxlet_worker::http::{Answer, Config, Head, Received, Service};
use tiny_http::{Header, Request, Response, Server};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A batch of pictures keeps one thread busy; health checks should not wait for it.
const THREADS: usize = 4;

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}\nusage: native [PORT] [MODEL.onnx [CARD.json]]");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Failure> {
    let port = arguments.first().map_or(Ok(8787), |text| text.parse::<u16>())?;
    if let Some(onnx) = arguments.get(1) {
        let card = arguments.get(2).map(fs::read_to_string).transpose()?;
        slot::hold(Model::load(&fs::read(onnx)?, card.as_deref())?)?;
    }
    let config = Config::from_variables(|name| std::env::var(name).ok());
    let service = Service::new(config, slot::held);
    let server = Server::http(SocketAddr::from(([127, 0, 0, 1], port)))?;
    println!("http://{}", server.server_addr());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| server.incoming_requests().for_each(|request| serve(&service, request)));
        }
    });
    Ok(())
}

fn serve(service: &Service, mut request: Request) {
    let head = head(&request);
    let received = receive(&mut request, service.body_limit(&head));
    // A panic traps the wasm instance; the shim then asks a fresh one to tell of it.
    let answer = catch_unwind(AssertUnwindSafe(|| service.answer(&head, received)))
        .unwrap_or_else(|_| service.answer(&head, Received::Crashed("see the panic's message above".into())));
    service.count(&answer.point);
    if let Some(line) = &answer.log {
        println!("{}", serde_json::to_string(line).expect("a log line is texts and numbers"));
    }
    if let Err(error) = request.respond(response(answer)) {
        eprintln!("the answer could not be sent: {error}");
    }
}

fn head(request: &Request) -> Head {
    let headers = request.headers().iter().map(|header| (header.field.to_string(), header.value.to_string()));
    let host = request.headers().iter().find(|header| header.field.equiv("host"));
    let host = host.map_or("127.0.0.1", |header| header.value.as_str());
    Head::parse(request.method().as_str(), &format!("http://{host}{}", request.url()), headers)
}

fn receive(request: &mut Request, limit: usize) -> Received {
    let mut body = Vec::new();
    // tiny_http reads on to the end by itself, so that the connection can be kept.
    match request.as_reader().take(limit as u64 + 1).read_to_end(&mut body) {
        _ if limit == 0 => Received::Whole(Bytes::new()),
        Ok(length) if length > limit => Received::TooLarge,
        Ok(_) => Received::Whole(body.into()),
        Err(_) => Received::Broken,
    }
}

fn response(answer: Answer) -> Response<Cursor<Bytes>> {
    let (parts, body) = answer.response.into_parts();
    // What the answer to HEAD says of a body that isn't sent.
    let told = parts.headers.get("content-length").and_then(|value| value.to_str().ok()?.parse().ok());
    let length = told.unwrap_or(body.len());
    let headers = parts.headers.iter().filter(|(name, _)| *name != "content-length");
    let headers = headers.filter_map(|(name, value)| Header::from_bytes(name.as_str(), value.as_bytes()).ok());
    Response::new(parts.status.as_u16().into(), headers.collect(), Cursor::new(body), Some(length), None)
        .with_chunked_threshold(usize::MAX)
}
