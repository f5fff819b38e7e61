/** Reading and showing text that comes from outside; not exported. */
@NullMarked
package dev.evenkeel.lb.text;

import org.jspecify.annotations.NullMarked;
