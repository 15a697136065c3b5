//! The few photographs that surveys of damage name: a stain on a ceiling, a crack, a gap beside a window, each four times.

macro_rules! pictures {
    ($($name:literal),*) => {
        &[$((concat!("attachments/", $name, ".jpg"), include_bytes!(concat!("../pictures/", $name, ".jpg")))),*]
    };
}

/// Path below the office and bytes.
const ALL: &[(&str, &[u8])] = pictures![
    "leak-1", "leak-2", "leak-3", "leak-4", "crack-1", "crack-2", "crack-3", "crack-4", "gap-1",
    "gap-2", "gap-3", "gap-4"
];

/// So many of each.
const EACH: usize = 4;

/// The names of so many photographs of a part of a building; `turn` tells with which to begin.
pub fn named(part: &str, turn: usize, count: usize) -> String {
    let group = match part {
        "structure" | "foundation" | "decoration" => 1,
        "doors_windows" | "exterior_wall" => 2,
        _ => 0,
    };
    let one = |i: usize| ALL[group * EACH + (turn + i) % EACH].0;
    let names: Vec<&str> = (0..count.min(EACH)).map(one).collect();
    names.join(";")
}

/// The files, for an office that names them.
pub fn files() -> Vec<(&'static str, Vec<u8>)> {
    ALL.iter()
        .map(|(path, bytes)| (*path, bytes.to_vec()))
        .collect()
}
