#[derive(nunchi::Labels)]
struct Player {
    name: String,
}

#[derive(nunchi::Labels)]
struct Move {
    #[label(flatten)]
    player: Player,
}

fn main() {}
