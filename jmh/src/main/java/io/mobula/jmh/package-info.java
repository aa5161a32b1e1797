/**
 * Benchmarks: what a task, a call, a put and a get cost, beside the same work done by bare means.
 *
 * <p>A timing is never the assertion of a test.
 */
@NullMarked
package io.mobula.jmh;

import org.jspecify.annotations.NullMarked;
