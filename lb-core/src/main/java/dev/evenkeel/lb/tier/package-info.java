/** The arithmetic of tiers: shares of priorities and zones, subsets; not exported. */
@NullMarked
package dev.evenkeel.lb.tier;

import org.jspecify.annotations.NullMarked;
