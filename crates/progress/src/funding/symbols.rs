//! Texts as numbers, and long lists that are cheap to copy.

use std::{collections::HashMap, sync::Arc};

/// The texts of one dimension, each once, numbered from 0.
#[derive(Clone, Debug, Default)]
pub(crate) struct Symbols {
    texts: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Symbols {
    /// The number of the text, where it has one.
    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    /// Gives a new text the next number.
    pub(super) fn add(&mut self, text: String) -> u32 {
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(text.clone());
        self.numbers.insert(text, number);
        number
    }

    /// All texts in the order of their numbers.
    pub(crate) fn texts(&self) -> &[String] {
        &self.texts
    }

    /// The text with this number.
    pub(crate) fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", String::as_str)
    }
}

/// Elements of a chunk: what a writer copies at most when readers hold the list.
const CHUNK: usize = 4_096;

/// A list that only grows. Copies share all chunks but the last that is written to.
#[derive(Clone, Debug)]
pub(crate) struct Chunked<T> {
    chunks: Vec<Arc<Vec<T>>>,
    len: usize,
}

impl<T> Default for Chunked<T> {
    fn default() -> Self {
        Self { chunks: Vec::new(), len: 0 }
    }
}

impl<T: Clone> Chunked<T> {
    pub(super) fn push(&mut self, element: T) {
        if self.len.is_multiple_of(CHUNK) {
            self.chunks.push(Arc::new(Vec::with_capacity(CHUNK)));
        }
        if let Some(last) = self.chunks.last_mut() {
            Arc::make_mut(last).push(element);
            self.len += 1;
        }
    }
}

impl<T> Chunked<T> {
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn get(&self, at: usize) -> Option<&T> {
        self.chunks.get(at / CHUNK)?.get(at % CHUNK)
    }

    pub(crate) fn last(&self) -> Option<&T> {
        self.chunks.last()?.last()
    }

    /// The first elements, in order, in runs that lie together in memory.
    pub(crate) fn first(&self, count: usize) -> impl Iterator<Item = &[T]> {
        let runs = self.chunks.iter().enumerate();
        runs.map(move |(at, chunk)| {
            let left = count.saturating_sub(at * CHUNK);
            &chunk[..chunk.len().min(left)]
        })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_keeps_what_it_had_while_the_list_grows() {
        let mut list = Chunked::default();
        let mut copies = Vec::new();
        for number in 0..3 * CHUNK + 5 {
            if number % 1_000 == 0 {
                copies.push((number, list.clone()));
            }
            list.push(number);
        }
        for (len, copy) in &copies {
            assert_eq!((copy.len(), copy.iter().copied().sum::<usize>()), (*len, (0..*len).sum()));
            assert_eq!(copy.last().copied(), len.checked_sub(1));
            let first: Vec<usize> = list.first(*len).flatten().copied().collect();
            assert!(first.iter().copied().eq(0..*len));
        }
        assert_eq!((list.get(CHUNK), list.get(3 * CHUNK + 5)), (Some(&CHUNK), None));
    }
}
