/**
 * The bench of recovery: processes are killed, and what is timed is how long it takes until work
 * that was under way goes on elsewhere.
 */
@NullMarked
package io.mobula.jmh.recovery;

import org.jspecify.annotations.NullMarked;
