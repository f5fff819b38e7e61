/** Tests of the adapter for OkHttp. */
@NullMarked
package dev.evenkeel.lb.okhttp;

import org.jspecify.annotations.NullMarked;
