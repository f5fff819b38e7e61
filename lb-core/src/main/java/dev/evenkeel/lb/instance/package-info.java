/** What a service consists of: its instances. */
@NullMarked
package dev.evenkeel.lb.instance;

import org.jspecify.annotations.NullMarked;
