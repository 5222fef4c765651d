//! Values at places that do not move, in chunks: growing copies nothing and leaves little unused.

use std::num::NonZeroU32;

/// Values to a chunk. Few, because every shard has one chunk that is not full; not too few, so that the list of chunks
/// stays in the processor's cache.
const CHUNK: u32 = 128;

/// Where a value is. `Option<Handle>` is four bytes too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Handle(NonZeroU32);

impl Handle {
    fn at(place: u32) -> Self {
        Self(NonZeroU32::MIN.checked_add(place).expect("a shard holds fewer than 2^32 of anything"))
    }

    fn place(self) -> u32 {
        self.0.get() - 1
    }

    /// The chunk and the place in it.
    fn split(self) -> (usize, usize) {
        ((self.place() / CHUNK) as usize, (self.place() % CHUNK) as usize)
    }
}

enum Place<T> {
    Full(T),
    /// And the next free one.
    Free(Option<Handle>),
}

pub(super) struct Arena<T> {
    chunks: Vec<Vec<Place<T>>>,
    free: Option<Handle>,
    len: usize,
}

impl<T> Arena<T> {
    pub(super) const fn new() -> Self {
        Self { chunks: Vec::new(), free: None, len: 0 }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn insert(&mut self, value: T) -> Handle {
        self.len += 1;
        if let Some(handle) = self.free {
            let place = self.place_mut(handle).expect("a free place was full once");
            let Place::Free(next) = std::mem::replace(place, Place::Full(value)) else {
                unreachable!("only free places are in the list of free ones")
            };
            self.free = next;
            return handle;
        }
        if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK as usize) {
            self.chunks.push(Vec::with_capacity(CHUNK as usize));
        }
        let number = u32::try_from(self.chunks.len() - 1).expect("a shard holds fewer than 2^32 of anything");
        let chunk = self.chunks.last_mut().expect("there is one with room");
        let place = u32::try_from(chunk.len()).expect("a chunk is small");
        chunk.push(Place::Full(value));
        Handle::at(number * CHUNK + place)
    }

    /// # Panics
    /// If the handle is not of a value that is here, which is a broken invariant of the store.
    pub(super) fn remove(&mut self, handle: Handle) -> T {
        let free = Place::Free(self.free);
        let place = self.place_mut(handle).expect("a handle is of a place");
        let Place::Full(value) = std::mem::replace(place, free) else { unreachable!("removed once only") };
        self.free = Some(handle);
        self.len -= 1;
        value
    }

    pub(super) fn get(&self, handle: Handle) -> Option<&T> {
        let (chunk, place) = handle.split();
        match self.chunks.get(chunk)?.get(place)? {
            Place::Full(value) => Some(value),
            Place::Free(_) => None,
        }
    }

    pub(super) fn get_mut(&mut self, handle: Handle) -> Option<&mut T> {
        match self.place_mut(handle)? {
            Place::Full(value) => Some(value),
            Place::Free(_) => None,
        }
    }

    fn place_mut(&mut self, handle: Handle) -> Option<&mut Place<T>> {
        let (chunk, place) = handle.split();
        self.chunks.get_mut(chunk)?.get_mut(place)
    }

    /// Every value with its handle.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Handle, &T)> {
        (0..).map(Handle::at).zip(self.chunks.iter().flatten()).filter_map(|(handle, place)| match place {
            Place::Full(value) => Some((handle, value)),
            Place::Free(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_under_their_handles_and_places_are_used_again() {
        let mut arena = Arena::new();
        let handles: Vec<Handle> = (0..CHUNK * 2 + 1).map(|n| arena.insert(n)).collect();
        for (n, handle) in (0..).zip(&handles) {
            assert_eq!(arena.get(*handle), Some(&n));
        }
        assert_eq!(arena.remove(handles[3]), 3);
        assert_eq!(arena.remove(handles[CHUNK as usize]), CHUNK);
        assert_eq!(arena.get(handles[3]), None);
        assert_eq!(arena.len(), CHUNK as usize * 2 - 1);
        assert_eq!(arena.insert(1_000), handles[CHUNK as usize]);
        assert_eq!(arena.insert(1_001), handles[3]);
        assert_eq!(arena.chunks.len(), 3);
        assert_eq!(arena.iter().count(), arena.len());
        assert!(arena.iter().all(|(handle, value)| arena.get(handle) == Some(value)));
    }
}
