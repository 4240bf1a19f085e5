#[derive(nunchi::LabelValue)]
enum Method {
    Get,
    #[label(rename = "get")]
    Fetch,
}

#[derive(nunchi::LabelValue)]
enum Protocol {
    Http,
    HTTP,
}

fn main() {}
