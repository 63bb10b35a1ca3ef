"""Computing that knows no theme: streets, catchments, siting, rasters."""
