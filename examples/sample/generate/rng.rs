//! A tiny seeded generator of numbers (splitmix64): the same seed gives the same sample on every machine.

/// The generator's state.
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low + 1).unwrap_or(1);
        low + i64::try_from(self.next() % span).unwrap_or(0)
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: i64) -> bool {
        self.range(1, 100) <= percent
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.index(from.len())]
    }

    pub fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.range(0, i64::try_from(len).unwrap_or(1) - 1)).unwrap_or(0)
    }

    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for i in (1..all.len()).rev() {
            let j = self.index(i + 1);
            all.swap(i, j);
        }
    }
}

/// Draws from a pile without repeating until all of it has been drawn.
pub struct Deck<T> {
    pile: Vec<T>,
    at: usize,
}

impl<T: Clone> Deck<T> {
    pub fn new(pile: Vec<T>, rng: &mut Rng) -> Self {
        let mut deck = Self { pile, at: 0 };
        rng.shuffle(&mut deck.pile);
        deck
    }

    pub fn draw(&mut self, rng: &mut Rng) -> T {
        if self.at == self.pile.len() {
            self.at = 0;
            rng.shuffle(&mut self.pile);
        }
        self.at += 1;
        self.pile[self.at - 1].clone()
    }
}
