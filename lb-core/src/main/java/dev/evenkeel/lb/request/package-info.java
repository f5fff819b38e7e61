/** What a caller says of one call, and what became of it. */
@NullMarked
package dev.evenkeel.lb.request;

import org.jspecify.annotations.NullMarked;
