/**
 * Benchmark of recovery: processes are killed, and the time is measured until pending work
 * continues elsewhere.
 */
@NullMarked
package io.mobula.jmh.recovery;

import org.jspecify.annotations.NullMarked;
