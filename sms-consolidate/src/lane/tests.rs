use super::*;

#[test]
fn a_pending_lane_is_small() {
    assert!(size_of::<Lane>() <= 64, "{} bytes", size_of::<Lane>());
}
