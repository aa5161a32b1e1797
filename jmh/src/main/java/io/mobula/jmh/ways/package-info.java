/**
 * Trace of the ways of data: the source files that a task, a put and a get, an actor call and a
 * push enter.
 *
 * <p>{@code WayTracing} starts nodes in this JVM, runs each way of {@code WayWorkload} several
 * times and records the methods with the JDK's event {@code jdk.MethodTrace}. {@code WaySummary}
 * counts what the rounds of a way have in common, {@code WayTables} reads and writes the lists in
 * {@code docs/architecture.md}, and {@code ClassFileIndex} knows from byte code which methods only
 * hand on.
 */
@NullMarked
package io.mobula.jmh.ways;

import org.jspecify.annotations.NullMarked;
