#[derive(nunchi::Labels)]
struct Route {
    code: u16,
    #[label(rename = "code")]
    status: u16,
}

#[derive(nunchi::Labels)]
#[label(rename_all = "camelCase")]
struct Move {
    game_mode: String,
    gameMode: String,
}

fn main() {}
