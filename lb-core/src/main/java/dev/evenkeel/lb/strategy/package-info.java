/** How an instance is chosen from those that may be: the SPI, and what comes with the library. */
@NullMarked
package dev.evenkeel.lb.strategy;

import org.jspecify.annotations.NullMarked;
