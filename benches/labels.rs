//! Two ways to keep the label text of a series: pointers to shared pieces (`,path="/x"`), or one
//! body per series (`method="GET",path="/x"`). Writes every line of a large family in creation
//! order, and compares looked-up values with the stored text in random order. Prints the bytes per
//! series of each layout first.

use criterion::{criterion_group, criterion_main, Criterion, Throughput};
use std::hint::black_box;

const SERIES: usize = 100_000;
const HEAD: &[u8] = b"app_requests_total{";

/// Label values of series `n`: pooled ones, and one that no other series has if `unique`.
fn values(n: usize, unique: bool) -> [String; 3] {
    let third = if unique { format!("user-{n:06}") } else { format!("shard-{:02}", n % 50) };
    [format!("m{}", n % 4), format!("/api/v1/resource/{}", n / 4 % 500), third]
}

const NAMES: [&str; 3] = ["method", "path", "target"];

/// Pieces stored once, series as indexes of them.
struct Pieces {
    pieces: Vec<Box<str>>,
    series: Vec<[u32; 3]>,
}

/// One body per series, in an arena in creation order.
struct Bodies {
    arena: String,
    ends: Vec<(usize, [u16; 3])>,
}

fn pieces(unique: bool) -> Pieces {
    let mut known = std::collections::HashMap::new();
    let (mut pieces, mut series) = (Vec::new(), Vec::new());
    for n in 0..SERIES {
        let mut columns = values(n, unique).into_iter().zip(NAMES).map(|(value, name)| {
            let piece = format!(",{name}=\"{value}\"");
            *known.entry(piece.clone()).or_insert_with(|| {
                pieces.push(piece.into_boxed_str());
                pieces.len() as u32 - 1
            })
        });
        series.push([(); 3].map(|()| columns.next().unwrap_or_default()));
    }
    Pieces { pieces, series }
}

fn bodies(unique: bool) -> Bodies {
    let mut bodies = Bodies { arena: String::new(), ends: Vec::new() };
    for n in 0..SERIES {
        let start = bodies.arena.len();
        let ends = values(n, unique).into_iter().zip(NAMES).map(|(value, name)| {
            bodies.arena.push_str(&format!(",{name}=\"{value}\""));
            (bodies.arena.len() - start) as u16
        });
        let mut ends = ends.collect::<Vec<_>>().into_iter();
        bodies.ends.push((start, [(); 3].map(|()| ends.next().unwrap_or_default())));
    }
    bodies
}

fn line(page: &mut Vec<u8>, labels: &[&[u8]], value: usize) {
    page.extend_from_slice(HEAD);
    for part in labels {
        page.extend_from_slice(part);
    }
    page.extend_from_slice(b"} ");
    page.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    page.push(b'\n');
}

fn layouts(criterion: &mut Criterion) {
    let order: Vec<usize> = (0..SERIES).map(|n| n * 7919 % SERIES).collect();
    for unique in [false, true] {
        let (pieces, bodies) = (pieces(unique), bodies(unique));
        let wanted: Vec<[String; 3]> = (0..SERIES).map(|n| values(n, unique)).collect();
        let piece_bytes: usize = pieces.pieces.iter().map(|piece| piece.len() + 16).sum();
        let kind = if unique { "one unique value" } else { "pooled values" };
        eprintln!(
            "{kind}: {} B of label text a series as pieces, {} B as bodies",
            (piece_bytes + pieces.series.len() * 24) / SERIES,
            (bodies.arena.len() + bodies.ends.len() * 14) / SERIES,
        );
        let mut group = criterion.benchmark_group(kind);
        group.throughput(Throughput::Elements(SERIES as u64));
        let mut page = Vec::with_capacity(64 << 20);
        group.bench_function("write lines from pieces", |bencher| {
            bencher.iter(|| {
                page.clear();
                for (value, series) in pieces.series.iter().enumerate() {
                    let parts = series.map(|piece| pieces.pieces[piece as usize].as_bytes());
                    line(&mut page, &[&parts[0][1..], parts[1], parts[2]], value);
                }
                black_box(page.len())
            });
        });
        group.bench_function("write lines from bodies", |bencher| {
            bencher.iter(|| {
                page.clear();
                for (value, (start, ends)) in bodies.ends.iter().enumerate() {
                    let body = &bodies.arena.as_bytes()[start + 1..start + usize::from(ends[2])];
                    line(&mut page, &[body], value);
                }
                black_box(page.len())
            });
        });
        let is =
            |text: &str, name: &str, value: &str| text[name.len() + 3..text.len() - 1] == *value;
        group.bench_function("compare with pieces", |bencher| {
            bencher.iter(|| {
                let hit = |&&n: &&usize| {
                    (0..3).all(|column| {
                        let piece = &pieces.pieces[pieces.series[n][column] as usize];
                        is(piece, NAMES[column], &wanted[n][column])
                    })
                };
                assert_eq!(order.iter().filter(hit).count(), SERIES);
            });
        });
        group.bench_function("compare with bodies", |bencher| {
            bencher.iter(|| {
                let hit = |&&n: &&usize| {
                    let (start, ends) = bodies.ends[n];
                    let starts = [0, ends[0], ends[1]];
                    (0..3).all(|column| {
                        let part =
                            start + usize::from(starts[column])..start + usize::from(ends[column]);
                        is(&bodies.arena[part], NAMES[column], &wanted[n][column])
                    })
                };
                assert_eq!(order.iter().filter(hit).count(), SERIES);
            });
        });
        group.finish();
    }
}

criterion_group!(benches, layouts);
criterion_main!(benches);
