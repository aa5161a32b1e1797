/**
 * The bench of several processes: what is measured between JVMs of one host, and between two hosts
 * as far as the network goes.
 *
 * <p>Owns the processes that it starts and the directories that it makes, and leaves none behind.
 */
@NullMarked
package io.mobula.jmh.cluster;

import org.jspecify.annotations.NullMarked;
