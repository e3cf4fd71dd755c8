"""The one shuffle: records move by key through sorted Arrow files in the workspace."""
