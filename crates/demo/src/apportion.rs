//! Sharing out whole households so that the parts sum exactly to a total.

/// Shares `total` out in proportion to the weights by largest remainder; no part exceeds its cap. What does not fit
/// under the caps is shared out again among the parts that have room. Ties go to the earlier part.
///
/// The parts sum to `total`, or to the sum of the caps where that is less; weights of zero are served last.
pub(crate) fn apportion(total: u64, weights: &[u64], caps: &[u64]) -> Vec<u64> {
    let mut parts = vec![0; weights.len()];
    let mut left = total.min(caps.iter().sum());
    while left > 0 {
        let open: Vec<usize> = (0..parts.len()).filter(|&at| parts[at] < caps[at]).collect();
        let heavy = open.iter().any(|&at| weights[at] > 0);
        let weight = |at: usize| u128::from(if heavy { weights[at] } else { 1 });
        let sum: u128 = open.iter().map(|&at| weight(at)).sum();
        let mut remainders = Vec::with_capacity(open.len());
        let mut given = 0;
        for &at in &open {
            let share = u128::from(left) * weight(at);
            // Invariant: a share is at most `left`, which is 64 bits wide.
            let whole = ((share / sum) as u64).min(caps[at] - parts[at]);
            parts[at] += whole;
            given += whole;
            remainders.push((std::cmp::Reverse(share % sum), at));
        }
        left -= given;
        remainders.sort_unstable();
        for (remainder, at) in remainders {
            if left > 0 && parts[at] < caps[at] && (remainder.0 > 0 || given == 0) && weight(at) > 0 {
                parts[at] += 1;
                left -= 1;
                given += 1;
            }
        }
    }
    parts
}

/// `value × share / whole`, rounded half up. `whole` must not be zero.
pub(crate) fn proportion(value: u64, share: u64, whole: u64) -> u64 {
    let (value, share, whole) = (u128::from(value), u128::from(share), u128::from(whole));
    // Invariant: callers scale households and rates, far below 64 bits.
    ((value * share * 2 + whole) / (whole * 2)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_largest_remainders_get_what_is_left() {
        assert_eq!(apportion(10, &[1, 1, 1], &[99; 3]), [4, 3, 3]);
        assert_eq!(apportion(10, &[50, 30, 21], &[99; 3]), [5, 3, 2]);
    }

    #[test]
    fn what_a_cap_holds_back_goes_to_the_others() {
        assert_eq!(apportion(10, &[8, 1, 1], &[2, 99, 99]), [2, 4, 4]);
        assert_eq!(apportion(10, &[1, 0], &[3, 99]), [3, 7]);
        assert_eq!(apportion(10, &[1, 1], &[3, 3]), [3, 3]);
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_total_and_stay_under_their_caps(
            total in 0_u64..5000,
            rows in proptest::collection::vec((0_u64..1000, 0_u64..300), 1..40),
        ) {
            let (weights, caps): (Vec<u64>, Vec<u64>) = rows.into_iter().unzip();
            let parts = apportion(total, &weights, &caps);
            prop_assert_eq!(parts.iter().sum::<u64>(), total.min(caps.iter().sum()));
            prop_assert!(parts.iter().zip(&caps).all(|(part, cap)| part <= cap));
        }
    }
}
