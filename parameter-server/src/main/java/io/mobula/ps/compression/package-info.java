/** Compression of gradients between workers and shards, as users choose it for a table. */
@NullMarked
package io.mobula.ps.compression;

import org.jspecify.annotations.NullMarked;
