/**
 * Benchmarks of the parameter server, beside the speed of memory: the tables of {@code bin/mobula
 * bench parameter-server}.
 */
@NullMarked
package io.mobula.jmh.ps;

import org.jspecify.annotations.NullMarked;
