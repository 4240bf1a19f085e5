use nunchi::{counter, histogram};

fn answer(path: &str) -> String {
    let body = format!("You asked for {path}");
    counter!("app_requests_total", "Requests served.", "path" => path).inc();
    histogram!("app_response_bytes", "Size of answers.", buckets = [16.0, 32.0])
        .observe(body.len() as f64);
    body
}

fn main() -> std::io::Result<()> {
    for path in ["/", "/games", "/games", "/a/rather/long/path"] {
        answer(path);
    }
    let server = nunchi::server::serve("127.0.0.1:9000", nunchi::global().clone())?;
    println!("http://{}/metrics", server.local_addr());
    server.wait();
    Ok(())
}
