use nunchi::{family, Counter, Family, Labels};

#[derive(Labels)]
struct Route {
    secure: bool,
    code: u16,
}

static SERVED: Family<Counter, Route> = family!("app_requests_total", "Requests served.");

fn main() {
    SERVED.init_all();
    SERVED.with(&Route { secure: true, code: 200 }).inc();
}
