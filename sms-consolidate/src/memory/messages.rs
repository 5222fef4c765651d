//! The messages of a shard, chained per key.

use super::arena::{Arena, Handle};
use crate::message::Arrived;

struct Link<M> {
    arrived: Arrived<M>,
    /// The one before it of the same key. The newest points to the oldest, and not the other way round: so a new
    /// message is written without touching an older one, which is seldom in the processor's cache.
    before: Option<Handle>,
}

/// The messages of one key, in the order in which they were pushed.
#[derive(Debug, Default)]
pub(super) struct Chain {
    newest: Option<Handle>,
}

pub(super) struct Messages<M> {
    links: Arena<Link<M>>,
}

impl<M: Clone> Messages<M> {
    pub(super) const fn new() -> Self {
        Self { links: Arena::new() }
    }

    pub(super) fn push(&mut self, chain: &mut Chain, arrived: Arrived<M>) {
        let link = Link { arrived, before: chain.newest };
        chain.newest = Some(self.links.insert(link));
    }

    /// Takes out the oldest `count`.
    pub(super) fn take_front(&mut self, chain: &mut Chain, count: usize) -> Vec<Arrived<M>> {
        let handles = self.handles(chain);
        let (front, behind) = handles.split_at(count);
        match behind.first() {
            Some(oldest_left) => self.link_mut(*oldest_left).before = None,
            None => chain.newest = None,
        }
        front.iter().map(|handle| self.links.remove(*handle).arrived).collect()
    }

    /// Drops all.
    pub(super) fn clear(&mut self, chain: &mut Chain) {
        let mut next = chain.newest.take();
        while let Some(handle) = next {
            next = self.links.remove(handle).before;
        }
    }

    /// Copies of those from `from` on, `count` of them.
    pub(super) fn copy(&self, chain: &Chain, from: usize, count: usize) -> Vec<Arrived<M>> {
        let handles = self.handles(chain);
        let chosen = handles.iter().skip(from).take(count);
        chosen.filter_map(|handle| Some(self.links.get(*handle)?.arrived.clone())).collect()
    }

    /// Oldest first.
    fn handles(&self, chain: &Chain) -> Vec<Handle> {
        let before = |handle: &Handle| self.links.get(*handle).and_then(|link| link.before);
        let mut handles: Vec<Handle> = std::iter::successors(chain.newest, before).collect();
        handles.reverse();
        handles
    }

    fn link_mut(&mut self, handle: Handle) -> &mut Link<M> {
        self.links.get_mut(handle).expect("a chain names messages that are here")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    fn texts(parts: Vec<Arrived<u32>>) -> Vec<u32> {
        parts.into_iter().map(|arrived| arrived.message).collect()
    }

    #[test]
    fn a_chain_keeps_its_order_whatever_is_taken() {
        let mut messages = Messages::new();
        let mut chains = [Chain::default(), Chain::default()];
        for n in 0..20 {
            let arrived = Arrived { message: n, at: Timestamp::default() };
            messages.push(&mut chains[n as usize % 2], arrived);
        }
        let [even, odd] = &mut chains;
        assert_eq!(texts(messages.copy(even, 2, 3)), [4, 6, 8]);
        assert_eq!(texts(messages.take_front(even, 4)), [0, 2, 4, 6]);
        messages.push(even, Arrived { message: 100, at: Timestamp::default() });
        assert_eq!(texts(messages.take_front(even, 7)), [8, 10, 12, 14, 16, 18, 100]);
        assert!(messages.take_front(even, 0).is_empty());
        assert_eq!(messages.links.len(), 10);
        messages.clear(odd);
        assert_eq!(messages.links.len(), 0);
        assert!(messages.copy(odd, 0, 10).is_empty());
    }
}
