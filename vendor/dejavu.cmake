# DejaVu fonts (Bitstream Vera licence): the letters in pictures. Read when text
# is first drawn; that they are there is checked here. Distributions keep them
# in different folders.
find_path(SB_FONT_DIR DejaVuSans.ttf
  PATHS
    /usr/share/fonts/truetype/dejavu
    /usr/share/fonts/dejavu-sans-fonts
    /usr/share/fonts/dejavu
    /usr/share/fonts/TTF
  NO_DEFAULT_PATH
  REQUIRED
  DOC "The folder of DejaVuSans.ttf")
