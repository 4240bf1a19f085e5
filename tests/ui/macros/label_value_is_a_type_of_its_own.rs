fn main() {
    struct Shard;
    nunchi::counter!("app_jobs_total", "Jobs.", "shard" => Shard).inc();
}
