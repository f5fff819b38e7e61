/** Concurrency building blocks of the library; not exported. */
@NullMarked
package dev.evenkeel.lb.concurrent;

import org.jspecify.annotations.NullMarked;
